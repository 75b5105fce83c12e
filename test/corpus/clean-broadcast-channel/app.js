function joinTabs(onLogout) {
  const channel = new BroadcastChannel('session');
  channel.onmessage = ({ data }) => data === 'logout' && onLogout();
  return { leave: () => channel.close() };
}

document.querySelector('#go').addEventListener('click', () => joinTabs(() => location.reload()).leave());
