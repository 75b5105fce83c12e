export { serveStdio } from './stdioServer.ts';
