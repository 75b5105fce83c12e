/** Selenium's own client, with a driver it was pointed to: nothing is downloaded. It comes without types. */
import { Builder } from 'selenium-webdriver';
import { Options, ServiceBuilder } from 'selenium-webdriver/chrome.js';

const options = new Options();
options.addArguments('--headless', '--no-sandbox');
options.setBinaryPath(process.env.CHROMIUM ?? '/usr/bin/chromium');
const driver = await new Builder()
  .forBrowser('chrome')
  .setChromeOptions(options)
  .setChromeService(new ServiceBuilder(process.env.CHROMEDRIVER ?? '/usr/bin/chromedriver'))
  .build();
await driver.get('data:text/html,<title>owned</title>');
const capabilities = await driver.getCapabilities();
process.stdout.write(`${JSON.stringify({ browser: capabilities.get('goog:processID') })}\n`);
setInterval(() => {}, 60_000);
