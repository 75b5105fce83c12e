function openNotes() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('notes', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('notes', { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

document.querySelector('#go').addEventListener('click', async () => {
  const database = await openNotes();
  const transaction = database.transaction('notes');
  const done = new Promise((resolve) => (transaction.oncomplete = resolve));
  transaction.objectStore('notes').count();
  await done;
  database.close();
});
