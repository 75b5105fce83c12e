/** For every test: programs that end late would write their compiled code into folders that are being removed. */
process.env['NODE_DISABLE_COMPILE_CACHE'] = '1';
