import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

function Width() {
  const [width, setWidth] = useState(window.innerWidth);
  useEffect(() => {
    const measure = () => setWidth(window.innerWidth);
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, []);
  return <p>{width} px</p>;
}

function App() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const toggle = () => setOpen((value) => !value);
    document.querySelector('#go').addEventListener('click', toggle);
    return () => document.querySelector('#go').removeEventListener('click', toggle);
  }, []);
  useEffect(() => {
    if (open) setOpen(false);
  }, [open]);
  return open ? <Width /> : null;
}

createRoot(document.querySelector('#main')).render(<App />);
