export const topic = {
  title: 'Topic 2',
  paragraphs: Array.from({ length: 200 }, (_, index) => `Paragraph ${index}`),
};
