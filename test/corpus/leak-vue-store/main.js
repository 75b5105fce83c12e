import { createApp, defineComponent, h, nextTick, reactive, ref } from 'vue';

const cart = reactive({ viewed: [] });

const Product = defineComponent({
  props: { id: Number },
  setup({ id }) {
    cart.viewed.push({ id, tags: Array.from({ length: 10 }, (_, n) => `tag ${n}`) }); // leak
    return () => h('p', `Product ${id}`);
  },
});

const App = defineComponent(() => {
  const shown = ref(0);
  let next = 0;
  document.querySelector('#go').addEventListener('click', async () => {
    shown.value = next += 1;
    await nextTick();
    shown.value = 0;
  });
  return () => (shown.value ? h(Product, { id: shown.value, key: shown.value }) : h('p', 'closed'));
});

createApp(App).mount('#main');
