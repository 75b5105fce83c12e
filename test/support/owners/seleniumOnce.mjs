/** Opens a session at a driver that runs already, and leaves it open: a test that waits, or one step of several. */
const url = 'http://127.0.0.1:9515/session';
const capabilities = {
  alwaysMatch: { 'goog:chromeOptions': { args: ['--headless', '--no-sandbox'], binary: '/usr/bin/chromium' } },
};
for (let attempt = 0; ; attempt += 1) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { connection: 'close' },
      body: JSON.stringify({ capabilities }),
    });
    if (!response.ok) throw Object.assign(new Error(await response.text()), { final: true });
    process.exit(0);
  } catch (error) {
    if (error.final || attempt > 200) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
