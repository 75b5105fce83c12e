import { createRoot } from 'react-dom/client';

function List() {
  return (
    <ul>
      {Array.from({ length: 20 }, (_, id) => (
        <li key={id}>Entry {id}</li>
      ))}
    </ul>
  );
}

document.querySelector('#go').addEventListener('click', () => {
  const host = document.createElement('div');
  document.querySelector('#main').append(host);
  const root = createRoot(host);
  root.render(<List />);
  setTimeout(() => {
    root.unmount();
    host.remove();
  });
});
