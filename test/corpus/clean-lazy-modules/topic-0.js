export const topic = {
  title: 'Topic 0',
  paragraphs: Array.from({ length: 200 }, (_, index) => `Paragraph ${index}`),
};
