document.querySelector('#go').addEventListener('click', () => {
  const state = { user: { name: 'Ada', roles: ['admin'] }, rows: Array.from({ length: 100 }, (_, id) => ({ id })) };
  console.log('state is now', state);
  console.table(state.rows.slice(0, 3));
  console.error(new Error('not really'), document.createElement('div'));
  console.groupCollapsed('details');
  console.trace(state.user);
  console.groupEnd();
});
