/** Style sheets are bundled beside the script that imports them (see esbuild.js). */
declare module '*.css';
