/** As small as an observable can be: a function that takes an observer and gives back how to stop. */
export class Observable {
  constructor(subscribe) {
    this.subscribe = subscribe;
  }

  pipe(...operators) {
    return operators.reduce((source, operator) => operator(source), this);
  }
}

export function subject() {
  const observers = new Set();
  const stream = new Observable((observer) => {
    observers.add(observer);
    return () => observers.delete(observer);
  });
  stream.next = (value) => {
    for (const observer of observers) observer(value);
  };
  return stream;
}

export const map = (change) => (source) =>
  new Observable((observer) => source.subscribe((value) => observer(change(value))));

export const until = (notifier) => (source) =>
  new Observable((observer) => {
    const stop = source.subscribe(observer);
    const stopNotifier = notifier.subscribe(() => {
      stop();
      stopNotifier();
    });
    return stop;
  });
