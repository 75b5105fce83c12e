import { createApp, defineComponent, h, nextTick, onMounted, ref } from 'vue';

const Clock = defineComponent(() => {
  const time = ref(0);
  onMounted(() => {
    setInterval(() => (time.value += 1), 1000); // leak
  });
  return () => h('p', `${time.value} s`);
});

const App = defineComponent(() => {
  const open = ref(false);
  document.querySelector('#go').addEventListener('click', async () => {
    open.value = true;
    await nextTick();
    open.value = false;
  });
  return () => (open.value ? h(Clock) : h('p', 'closed'));
});

createApp(App).mount('#main');
