class ValidationError extends Error {
  constructor(field) {
    super(`${field} is missing`);
    this.field = field;
    this.values = Array.from({ length: 100 }, (_, index) => `${field} ${index}`);
  }
}

document.querySelector('#go').addEventListener('click', () => {
  setTimeout(() => Promise.reject(new ValidationError('phone')));
  try {
    throw new ValidationError('name');
  } catch (error) {
    document.querySelector('#main').textContent = error.message;
  }
  throw new ValidationError('email');
});
