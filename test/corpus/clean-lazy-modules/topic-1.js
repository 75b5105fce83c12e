export const topic = {
  title: 'Topic 1',
  paragraphs: Array.from({ length: 200 }, (_, index) => `Paragraph ${index}`),
};
