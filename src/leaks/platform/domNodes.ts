/** How Chromium lists the nodes of documents in heap snapshots. Seen in Chromium 156. */

const NODE_NAME =
  /^(?:Detached )?(?:<|\w+Element$|Text$|Comment$|CDATASection$|ProcessingInstruction$|DocumentType$|DocumentFragment$)/;

/** A node that can be a child: an element, a text, a comment, and a fragment, which never is one but is listed like one. */
export const isChildNodeName = (name: string): boolean => NODE_NAME.test(name);

/** A document or a shadow root. */
export const isTreeScopeName = (name: string): boolean =>
  /^(?:Detached )?(?:(?:HTML|XML)?Document|ShadowRoot)$/.test(name);

/** What can have children. */
export const isParentName = (name: string): boolean =>
  /^(?:Detached )?(?:<|\w+Element$|DocumentFragment$)/.test(name) || isTreeScopeName(name);
