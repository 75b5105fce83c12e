class Particle {
  position = { x: 0, y: 0 };
  speed = { x: 0, y: 0 };
}
const free = [];
const take = () => free.pop() ?? new Particle();

// The pool grows with the largest burst there has been.
document.querySelector('#go').addEventListener('click', () => {
  const burst = Array.from({ length: 50 + Math.floor(Math.random() * 50) }, take);
  for (const particle of burst) particle.speed.x = Math.random();
  free.push(...burst);
});
