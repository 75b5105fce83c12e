/**
 * For every test: programs that end late would write their compiled code into folders that are being removed. The runner of all
 * steps has a folder that stays.
 */
if (!process.env['NODE_COMPILE_CACHE']) process.env['NODE_DISABLE_COMPILE_CACHE'] = '1';
