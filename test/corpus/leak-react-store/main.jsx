import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

const store = {
  listeners: new Set(),
  subscribe(listener) {
    this.listeners.add(listener); // kept
  },
};

function Price() {
  const [price, setPrice] = useState(10);
  useEffect(() => {
    store.subscribe((next) => setPrice(next)); // leak
  }, []);
  return <p>{price} EUR</p>;
}

function App() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    document.querySelector('#go').onclick = () => setOpen(true);
  }, []);
  useEffect(() => {
    if (open) setOpen(false);
  }, [open]);
  return open ? <Price /> : null;
}

createRoot(document.querySelector('#main')).render(<App />);
