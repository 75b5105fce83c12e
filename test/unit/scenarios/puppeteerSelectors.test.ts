import assert from 'node:assert/strict';
import { playwrightSelector } from '../../../src/scenarios/puppeteerSelectors.ts';

// A scenario of fuite's or memlab's with one of these would fail with a syntax error of Playwright's.
describe("Puppeteer's selectors", () => {
  const same: Readonly<Record<string, string>> = {
    '#open': '#open',
    'button[name="a::b"]': 'button[name="a::b"]',
    '::-p-text(Open)': ':text("Open")',
    '::-p-text("Say (hi)")': ':text("Say (hi)")',
    'nav ::-p-text(Open)': 'nav :text("Open")',
    'button::-p-text(Open)': 'button:has-text("Open")',
    '.menu > li:nth-child(2)::-p-text(Open)': '.menu > li:nth-child(2):has-text("Open")',
    'text/Open the menu': ':text("Open the menu")',
    'xpath///button[1]': 'xpath=//button[1]',
    '::-p-xpath(//button[text()="Open"])': 'xpath=//button[text()="Open"]',
    'nav ::-p-xpath(.//a)': 'nav >> xpath=.//a',
    '::-p-aria([name="Save"][role="button"])': 'role=button[name="Save" s]',
    'aria/Save[role="button"]': 'role=button[name="Save" s]',
    'pierce/#inner': '#inner',
    'my-element >>> #inner': 'my-element #inner',
    'my-element >>>> .inner': 'my-element .inner',
  };
  for (const [puppeteers, playwrights] of Object.entries(same)) {
    it(`${puppeteers} is ${playwrights}`, () => assert.equal(playwrightSelector(puppeteers), playwrights));
  }
  it('finds a name without a role in what names an element', () => {
    assert.match(playwrightSelector('aria/Save'), /aria-label="Save".*:text-is\("Save"\)/);
  });
});
