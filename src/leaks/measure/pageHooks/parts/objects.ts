// oxlint-disable typescript/unbound-method -- natives are taken off their prototypes on purpose: always called through Reflect
import type { ObjectRecord, ObjectType, Site } from './hookTypes.ts';
import type { Natives } from './natives.ts';
import type { Records } from './records.ts';
import type { Work } from './work.ts';
import type { Wrapping } from './wrapping.ts';

/** Follows what lives in the browser as much as in the heap, or there alone: URLs, observers, workers, connections, media. */
export function hookObjects(natives: Natives, records: Records, wrapping: Wrapping, work: Work) {
  const { scope, deref, weakGet, weakSet, mapSet, mapDelete, mapSize, NativeString, promiseThen, uncurry } = natives;
  const { getterOf, holderOf, prototypeOf, addEventListener } = natives;
  const { objects, objectRecords, objectUrls, geolocationWatches, foreignRevoked } = records;
  const { unlink, isFull, callerSite, named, track, forget } = records;
  const { wrapClass, wrapMethod } = wrapping;

  wrapMethod(scope['URL'], 'createObjectURL', (url, _args, _self, hide) => {
    if (!isFull()) mapSet(objectUrls, url, named(hide));
    return url;
  });
  wrapMethod(scope['URL'], 'revokeObjectURL', (result, args) => {
    const url = NativeString(args[0]);
    if (!mapDelete(objectUrls, url) && mapSize(foreignRevoked) < 1000) mapSet(foreignRevoked, url, true);
    return result;
  });

  let types: ObjectType | undefined;
  function objectType(kind: string, name: string, counter: string, isOpen?: (object: object) => boolean): ObjectType {
    types = { kind, name, counter, isOpen, after: types };
    return types;
  }

  function trackClass(
    name: string,
    kind: string,
    counter: string,
    options: { alias?: string; isOpen?: (object: object) => boolean; made?: (object: object, site: Site) => void } = {},
  ): void {
    const type = objectType(kind, name, counter, options.isOpen);
    wrapClass(name, options.alias, (object, site) => {
      track(type, object, site);
      options.made?.(object, site);
    });
  }
  /** Open until the property has the given value. */
  function until(className: string, property: string, closed: unknown): (object: object) => boolean {
    const read = getterOf(className, property);
    return (object) => !read || read(object) !== closed;
  }
  const forgetOnCall = (className: string, method: string): void =>
    wrapMethod(prototypeOf(className), method, (result, _args, self) => {
      forget(self);
      return result;
    });

  trackClass('MutationObserver', 'observer', 'mutationObservers', { alias: 'WebKitMutationObserver' });
  trackClass('ResizeObserver', 'observer', 'resizeObservers');
  trackClass('IntersectionObserver', 'observer', 'intersectionObservers');
  trackClass('PerformanceObserver', 'observer', 'performanceObservers');
  trackClass('ReportingObserver', 'observer', 'reportingObservers');

  trackClass('Worker', 'worker', 'workers', {
    made: (worker, site) => work.expectAnswer(worker, site, ['message', 'error']),
  });
  forgetOnCall('Worker', 'terminate');
  trackClass('SharedWorker', 'worker', 'sharedWorkers');

  trackClass('WebSocket', 'socket', 'webSockets', { isOpen: until('WebSocket', 'readyState', 3) });
  trackClass('EventSource', 'socket', 'eventSources', { isOpen: until('EventSource', 'readyState', 2) });
  trackClass('BroadcastChannel', 'socket', 'broadcastChannels');
  forgetOnCall('BroadcastChannel', 'close');
  trackClass('RTCPeerConnection', 'socket', 'peerConnections', {
    alias: 'webkitRTCPeerConnection',
    isOpen: until('RTCPeerConnection', 'signalingState', 'closed'),
  });

  // A channel's ports outlive the MessageChannel object itself, and closing either closes both.
  const channelType = objectType('socket', 'MessageChannel', 'messageChannels');
  const port1Of = getterOf('MessageChannel', 'port1');
  const port2Of = getterOf('MessageChannel', 'port2');
  wrapClass('MessageChannel', undefined, (channel, site) => {
    const port = port1Of?.(channel) as object | undefined;
    if (!port) return;
    track(channelType, port, site);
    const record = weakGet(objectRecords, port);
    const other = port2Of?.(channel) as object | undefined;
    if (record && other) weakSet(objectRecords, other, record);
  });
  forgetOnCall('MessagePort', 'close');

  trackClass('AudioContext', 'object', 'audioContexts', {
    alias: 'webkitAudioContext',
    isOpen: until('AudioContext', 'state', 'closed'),
  });

  // What comes by promise: the page gets a promise derived from the native one, so that one that rejects is still
  // reported as unhandled when the page does not handle it.
  function trackResolved(holder: unknown, method: string, resolved: (value: object, site: Site) => void): void {
    wrapMethod(holder, method, (promise, _args, _self, hide) => {
      const site = callerSite(hide);
      return promiseThen(promise, (value: object) => {
        resolved(value, site);
        return value;
      });
    });
  }
  const bitmapWidth = getterOf('ImageBitmap', 'width');
  const bitmapType = objectType('object', 'ImageBitmap', 'imageBitmaps', (bitmap) => bitmapWidth?.(bitmap) !== 0);
  trackResolved(holderOf('createImageBitmap'), 'createImageBitmap', (bitmap, site) => track(bitmapType, bitmap, site));
  wrapMethod(prototypeOf('OffscreenCanvas'), 'transferToImageBitmap', (bitmap, _args, _self, hide) => {
    track(bitmapType, bitmap as object, callerSite(hide));
    return bitmap;
  });

  const trackType = objectType(
    'object',
    'MediaStreamTrack',
    'mediaTracks',
    until('MediaStreamTrack', 'readyState', 'ended'),
  );
  const streamPrototype = prototypeOf('MediaStream') as MediaStream | undefined;
  const getTracks = streamPrototype && uncurry(streamPrototype.getTracks);
  function trackStream(stream: object, site: Site): void {
    const tracks = getTracks?.(stream) ?? [];
    for (let index = 0; index < tracks.length; index += 1) track(trackType, tracks[index]!, site);
  }
  trackResolved(prototypeOf('MediaDevices'), 'getUserMedia', trackStream);
  trackResolved(prototypeOf('MediaDevices'), 'getDisplayMedia', trackStream);
  wrapMethod(prototypeOf('HTMLCanvasElement'), 'captureStream', (stream, _args, _self, hide) => {
    trackStream(stream as object, callerSite(hide));
    return stream;
  });

  const databaseType = objectType('object', 'IDBDatabase', 'databaseConnections');
  const requestResult = getterOf('IDBRequest', 'result');
  wrapMethod(prototypeOf('IDBFactory'), 'open', (request, _args, _self, hide) => {
    const site = callerSite(hide);
    work.expectAnswer(request as object, site, ['success', 'error', 'blocked']);
    const opened = (): void => track(databaseType, requestResult!(request as object) as object, site);
    addEventListener(request, 'success', opened, { __proto__: null, once: true });
    return request;
  });
  forgetOnCall('IDBDatabase', 'close');

  wrapMethod(prototypeOf('Geolocation'), 'watchPosition', (handle, _args, _self, hide) => {
    if (!isFull()) mapSet(geolocationWatches, handle, named(hide));
    return handle;
  });
  wrapMethod(prototypeOf('Geolocation'), 'clearWatch', (result, args) => {
    mapDelete(geolocationWatches, args[0]);
    return result;
  });

  function eachLiveObject(each: (record: ObjectRecord, object: object) => void): void {
    for (let record = objects.first; record; record = record.next) {
      const object = deref(record.ref);
      if (!object || (record.type.isOpen && !record.type.isOpen(object))) unlink(objects, record);
      else each(record, object);
    }
  }

  /** All types that are followed, the last one first. */
  const lastType = (): ObjectType | undefined => types;
  return { eachLiveObject, lastType };
}

export type Objects = ReturnType<typeof hookObjects>;
