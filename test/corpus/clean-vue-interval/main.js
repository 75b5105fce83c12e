import { createApp, defineComponent, h, nextTick, onMounted, onUnmounted, ref } from 'vue';

const Clock = defineComponent(() => {
  const time = ref(0);
  let timer;
  onMounted(() => {
    timer = setInterval(() => (time.value += 1), 1000);
  });
  onUnmounted(() => clearInterval(timer));
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
