import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';

const Theme = createContext(null);

function ThemeProvider({ children }) {
  const theme = useMemo(() => {
    const listeners = [];
    return {
      name: 'dark',
      subscribe(listener) {
        listeners.push(listener);
        return () => void listeners.splice(listeners.indexOf(listener), 1);
      },
    };
  }, []);
  return <Theme.Provider value={theme}>{children}</Theme.Provider>;
}

function Badge() {
  const theme = useContext(Theme);
  const [name, setName] = useState(theme.name);
  useEffect(() => theme.subscribe((next) => setName(next.name)), [theme]);
  return <p>{name}</p>;
}

function App() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    document.querySelector('#go').onclick = () => setOpen(true);
  }, []);
  useEffect(() => {
    if (open) setOpen(false);
  }, [open]);
  return <ThemeProvider>{open ? <Badge /> : null}</ThemeProvider>;
}

createRoot(document.querySelector('#main')).render(<App />);
