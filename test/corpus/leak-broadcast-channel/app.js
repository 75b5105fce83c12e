function joinTabs(onLogout) {
  const channel = new BroadcastChannel('session'); // leak
  channel.onmessage = ({ data }) => data === 'logout' && onLogout();
  return { leave: () => (channel.onmessageerror = null) };
}

document.querySelector('#go').addEventListener('click', () => joinTabs(() => location.reload()).leave());
