onmessage = ({ data, source }) => source.postMessage(data);
