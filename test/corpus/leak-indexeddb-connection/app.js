const open = [];

function openNotes() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('notes', 1); // leak
    request.onupgradeneeded = () => request.result.createObjectStore('notes', { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

document.querySelector('#go').addEventListener('click', async () => {
  const database = await openNotes();
  open.push(database); // kept
  database.transaction('notes').objectStore('notes').count();
});
