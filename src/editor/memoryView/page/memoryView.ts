import { type ChartLayout, type ChartMark, type ChartValues, join } from '../../webviews/chartModel.ts';
import { ChartStack } from '../../webviews/page/chartStack.ts';
import { linkToEditor, element, setText } from '../../webviews/page/page.ts';
import { type FromMemoryPage, MAX_POINTS, type MemorySubject, type ToMemoryPage } from '../protocol.ts';
import './memoryView.css';

const main = document.querySelector('main')!;
const empty = element('p', 'empty');
const subject = element('section', 'subject');
const title = element('h1', 'title');
const detail = element('p', 'detail');
const summary = element('p', 'summary');
const charts = element('div', 'chart-root');
const news = element('p', 'visually-hidden');
news.setAttribute('aria-live', 'polite');
subject.append(title, detail, summary, charts);
subject.hidden = true;
main.append(empty, subject, news);

const stack = new ChartStack(charts);
let shown: { key: string; layout: ChartLayout; values: ChartValues; marks: readonly ChartMark[] } | undefined;

function receive(message: ToMemoryPage): void {
  empty.hidden = message.type !== 'empty';
  subject.hidden = message.type === 'empty';
  switch (message.type) {
    case 'empty': {
      shown = undefined;
      setText(empty, message.text);
      setText(news, message.text);
      break;
    }
    case 'show': {
      shown = {
        key: message.subject.key,
        layout: message.layout,
        values: message.values,
        marks: message.marks,
      };
      draw(message.subject);
      break;
    }
    case 'add': {
      if (shown?.key !== message.key) break;
      shown.values = join(shown.values, message.values, MAX_POINTS);
      shown.marks = message.marks;
      draw(message.subject);
      break;
    }
  }
}

function draw(now: MemorySubject): void {
  setText(title, now.title);
  setText(detail, now.detail);
  setText(summary, now.summary);
  setText(news, now.news);
  if (shown) stack.show(shown.layout, shown.values, shown.marks);
}

const editor = linkToEditor<ToMemoryPage, FromMemoryPage>();
editor.onMessage(receive);
editor.post({ type: 'ready' });
