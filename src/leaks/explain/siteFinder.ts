import type { Insertion } from './exactLine/domWatch.ts';
import type { SourceSite } from '../model.ts';
import type { FunctionPosition } from '../snapshot/heapGraph.ts';
import type { KeptComponent } from '../snapshot/components.ts';
import type { HolderDescription } from '../snapshot/holderName.ts';
import type { GroupReport, GrowthReport } from '../snapshot/messages.ts';
import type { Whole } from '../snapshot/wholes.ts';
import type { FunctionPlace, GeneratedFrame, SourceAnswers } from './sources/index.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import type { PageSources } from '../measure/pageSources.ts';
import { ANONYMOUS } from '../platform/index.ts';
import { bareName, isInLibrary, packageOf } from './stackRuns.ts';

/** Where nodes are made and put into the document. `parent` is what they were seen put into, where a snapshot says another. */
export interface InsertionSite {
  readonly allocatedAt: SourceSite | undefined;
  readonly keptAt: SourceSite | undefined;
  readonly parent?: string;
}

/** A function of the user's, by its name and where it is written. `className` is the engine's name of it. */
interface Callback {
  readonly name: string;
  readonly className: string;
  readonly site: SourceSite;
}

/** Finds the line of a leak and its name in the source. It never guesses a line. */
export class SiteFinder {
  readonly #sources: PageSources;
  readonly #mapper: SourceAnswers;

  constructor(sources: PageSources, mapper: SourceAnswers) {
    this.#sources = sources;
    this.#mapper = mapper;
  }

  /**
   * Where it is made, by the first of: what the hooks saw, the closure's own position, the stack of its allocation. A library's loop asks
   * for each next frame itself: there the hooks saw no code of the user's, and its closure was made in the call that began it.
   */
  async allocation(leak: LeakCandidate): Promise<SourceSite | undefined> {
    const { creation = [], group } = leak;
    const seen = creation.length > 0 ? await this.#mapper.toSite(creation, 'line') : undefined;
    if (!group || (seen && packageOf(seen.file) === undefined)) return seen;
    const made = await this.#groupSite(group);
    return made && (!seen || packageOf(made.file) === undefined) ? made : seen;
  }

  async #groupSite(group: GroupReport): Promise<SourceSite | undefined> {
    const stack = this.#sources.pageFrames(group.stack);
    if (group.nodeType === 'closure' && group.location) {
      const frame = this.#sources.frameAt(group.location, closureName(group.className));
      if (frame) return await this.#written(frame, stack);
    }
    const site = await this.#expression(stack, group.className);
    // Which of the user's lines had a package make them is not known.
    return site && group.callersDiffer && packageOf(site.file) !== undefined ? undefined : site;
  }

  /**
   * The user's own function in a record that a library made of it (`{type, data, handler}`), with the place where it is written.
   * Undefined where the record has none, or several.
   */
  async callback({ group }: LeakCandidate): Promise<Callback | undefined> {
    const stack = this.#sources.pageFrames(group?.stack ?? []);
    const found: Callback[] = [];
    for (const { className, location } of group?.callbacks ?? []) {
      const frame = this.#sources.frameAt(location, closureName(className));
      const site = frame && (await this.#mapper.toSite([frame, ...stack], 'line'));
      // A site is the user's own frame: the function is not his where the site is further out.
      if (!site || isInLibrary(site) || packageOf(site.file) !== undefined) continue;
      const name =
        closureName(className) === ''
          ? await this.#mapper.anonymousName(frame)
          : isName(site.function) && `function ${site.function}`;
      found.push({ name: name || className, className, site });
    }
    return found.length === 1 ? found[0] : undefined;
  }

  /**
   * Where reactions are hung on a promise: its collection of them cannot be watched, but a function that made one and
   * mentions the promise once did it there.
   */
  async reaction(leak: LeakCandidate): Promise<SourceSite | undefined> {
    const { group } = leak;
    const [innermost, ...callers] = this.#sources.pageFrames(group?.stack ?? []);
    const name = /[#$_\p{L}][$\w\p{L}]*$/u.exec(group?.holder.name ?? '')?.[0];
    if (!innermost || name === undefined || group?.holder.className !== 'Promise') return undefined;
    const found = await this.#mapper.referenceIn(placeOf(innermost), name.replace(/^#/, ''));
    return found && (await this.#mapper.toSite([{ ...innermost, ...found }, ...callers], 'line'));
  }

  /**
   * Where a function that copies a state names the collection that grows in it, which is mostly where the new entry is added. All
   * entries of a copy have the stack of the copying, so none tells its own line.
   */
  async mention(leak: LeakCandidate): Promise<SourceSite | undefined> {
    const { holder, stack = [] } = leak.group ?? {};
    const name = /[#$_\p{L}][$\w\p{L}]*(?=(?:\[\])*$)/u.exec(holder?.name ?? '')?.[0]?.replace(/^#/, '');
    if (holder?.className !== '' || name === undefined) return undefined;
    const frames = this.#sources.pageFrames(stack);
    for (const [index, frame] of frames.entries()) {
      const place = placeOf(frame);
      const found = (await this.#mapper.assignmentIn(place, name)) ?? (await this.#mapper.referenceIn(place, name));
      if (found) return await this.#mapper.toSite([{ ...frame, ...found }, ...frames.slice(index + 1)], 'line');
    }
    return undefined;
  }

  /** Where what a slot holds was made. */
  async grown(growth: GrowthReport): Promise<SourceSite | undefined> {
    const stack = this.#sources.pageFrames(growth.stack);
    return stack.length === 0 ? undefined : await this.#expression(stack, growth.className);
  }

  /** Where a slot or variable is given what it holds: the only assignment to it in one of the functions that made that. */
  async assignment({ slot = '', stack }: GrowthReport, variable = slot): Promise<SourceSite | undefined> {
    if (!/^#?[$_\p{L}][$\w\p{L}]*$/u.test(variable)) return undefined;
    const frames = this.#sources.pageFrames(stack);
    for (const [index, frame] of frames.entries()) {
      const found = await this.#mapper.assignmentIn(placeOf(frame), variable.replace(/^#/, ''));
      if (found) return await this.#mapper.toSite([{ ...frame, ...found }, ...frames.slice(index + 1)], 'line');
    }
    return undefined;
  }

  /** Where nodes of a kind are made and put into the document, by what the DOM breakpoint saw. */
  async insertion(className: string, parent: string, insertions: readonly Insertion[]): Promise<InsertionSite> {
    const into = insertions.filter((insertion) => insertion.parent === parent);
    // A snapshot leads to siblings as well as to parents: where all was put into one other element, that is the parent.
    const parents = new Set(insertions.map((insertion) => insertion.parent));
    const seenIn = into.length === 0 && parents.size === 1 ? { parent: insertions[0]!.parent } : {};
    for (const insertion of into.length > 0 ? into : insertions.slice(0, 1)) {
      const frames = insertion.frames.filter(({ at }) => this.#sources.pageFrames([at]).length > 0);
      if (frames.length === 0) continue;
      const keptAt = await this.#mapper.toSite(this.#sources.pageFrames(frames.map(({ at }) => at)), 'line');
      for (const [index, { functionStart }] of frames.entries()) {
        const callers = this.#sources.pageFrames(frames.slice(index + 1).map(({ at }) => at));
        const [start] = this.#sources.pageFrames([functionStart]);
        const made = start && (await this.#exact(start, className));
        if (made) return { allocatedAt: await this.#mapper.toSite([made, ...callers], 'line'), keptAt, ...seenIn };
      }
      return { allocatedAt: keptAt, keptAt, ...seenIn };
    }
    return { allocatedAt: undefined, keptAt: undefined };
  }

  /** The class and the holder as the source calls them, where a bundle calls them otherwise. */
  async namesOf(leak: LeakCandidate, putAt?: GeneratedFrame): Promise<{ name: string; holder: string | undefined }> {
    const { group } = leak;
    const holder = group && (await this.holderName(group.holder, group.stack, group.location, putAt));
    return { name: await this.nameOf(leak), holder };
  }

  /** The name alone, for parts: to find the holder's name a whole bundle is searched, for hundreds of parts of a large library. */
  async nameOf({ group, name, resource }: LeakCandidate): Promise<string> {
    if (resource || !group?.location || !(group.nodeType === 'object' || group.nodeType === 'closure')) return name;
    const frame = this.#sources.frameAt(group.location, name);
    if (!frame) return name;
    if (group.nodeType === 'object') return await this.#className(name, frame);
    if (closureName(name) === '') return (await this.#mapper.anonymousName(frame)) ?? name;
    const { function: original } = await this.#mapper.locate({ ...frame, function: closureName(name) });
    return isName(original) ? `function ${original}` : name;
  }

  async #className(name: string, frame: GeneratedFrame): Promise<string> {
    if (!isName(name)) return name;
    const original = (await this.#mapper.className(frame)) ?? (await this.#mapper.locate(frame)).function;
    // Compilers call a class so that mentions itself: `_Splide`, and bundlers number those (`_Splide2`).
    return isName(original) ? original.replace(/^_(\p{Lu}[\p{L}]{2,})\d*$/u, '$1') : name;
  }

  /** The class of the object that the page's call made, by its name in the source, and the place of the call. */
  async whole({ className, location, stack }: Whole): Promise<{
    readonly name: string;
    readonly site: SourceSite | undefined;
    /** The class is written in the user's own code. */
    readonly isUsers: boolean;
  }> {
    const frame = location && this.#sources.frameAt(location, className);
    const name = frame ? await this.#className(className, frame) : className;
    const isUsers = frame !== undefined && packageOf((await this.#mapper.locate(frame)).file) === undefined;
    return { name, site: await this.#expression(this.#sources.pageFrames(stack), className), isUsers };
  }

  /** A component by its name in the source; undefined for names that only a bundle has. */
  async componentName({ name, location }: KeptComponent): Promise<string | undefined> {
    const frame = location && this.#sources.frameAt(location, name);
    const original = frame ? await this.#className(name, frame) : name;
    return /^\p{Lu}[$\w\p{L}]{2,}$/u.test(original) ? original : undefined;
  }

  async holderName(
    holder: HolderDescription,
    stack: readonly FunctionPosition[],
    location?: { readonly scriptId: number },
    putAt?: GeneratedFrame,
  ): Promise<string | undefined> {
    const { name, classAt } = holder;
    if (name === '') return undefined;
    const first = /^[#$_\p{L}][$\w\p{L}]*/u.exec(name)?.[0];
    const written = classAt && this.#sources.frameAt(classAt, first ?? '');
    if (first !== undefined && written) return (await this.#className(first, written)) + name.slice(first.length);
    const url = this.#sources.pageFrames(stack)[0]?.url ?? (location && this.#sources.urlOf(location.scriptId));
    if (first === undefined) return name;
    const seenFrom = holder.scopeAt && this.#sources.frameAt(holder.scopeAt, '');
    const scoped = seenFrom && (await this.#mapper.scopedName(first, seenFrom));
    if (scoped === undefined && url === undefined) return name;
    const original = scoped ?? (await this.#mapper.variableName(first, url!, putAt)) ?? first;
    let rest = name.slice(first.length);
    // Of properties, only private ones are renamed by bundlers.
    for (const token of new Set(rest.match(/#[$\w\p{L}]+/gu))) {
      const member = await this.#mapper.variableName(token, url ?? seenFrom!.url);
      if (member !== undefined) rest = rest.replaceAll(token, `#${member.replace(/^#/, '')}`);
    }
    return original + rest;
  }

  /**
   * V8's traces give the position of functions. The innermost is searched for the one expression that makes such an object;
   * callers' call positions are not known, so a site in one of them is the function's.
   */
  async #expression(stack: readonly GeneratedFrame[], className: string): Promise<SourceSite | undefined> {
    const [innermost, ...callers] = stack;
    if (!innermost) return undefined;
    const exact = await this.#exact(innermost, className);
    if (exact) {
      const place = await this.#mapper.locate(exact);
      const site = await this.#mapper.toSite([exact, ...callers], 'line');
      if (site && site.file === place.file && site.line === place.line && site.column === place.column) return site;
    }
    const site = await this.#mapper.toSite(stack, 'function');
    return (site && (await this.#call(stack, site))) ?? site;
  }

  /** Where a function is written; of one in a library the line of the user's call, or the function that calls. */
  async #written(frame: GeneratedFrame, stack: readonly GeneratedFrame[]): Promise<SourceSite | undefined> {
    const site = await this.#mapper.toSite([frame, ...stack], 'line');
    if (!site || !isInLibrary(site)) return site;
    return (await this.#call([frame, ...stack], site)) ?? { ...site, precision: 'function' };
  }

  /** The line of the call, where the function of the user's that a site names calls the one below it at one place. */
  async #call(stack: readonly GeneratedFrame[], site: SourceSite): Promise<SourceSite | undefined> {
    const index = site.stack.findIndex(({ file, line, column }) => isSame(site, { file, line, column }));
    const caller = stack[index];
    const called = stack[index - 1];
    if (!caller || !called) return undefined;
    // A class that a bundle renamed keeps its name as a member: `new Konva.Stage()`.
    const found =
      (await this.#mapper.callIn(placeOf(caller), called.function)) ??
      (await this.#mapper.callIn(placeOf(caller), site.stack[index - 1]!.function));
    if (!found) return undefined;
    const exact = await this.#mapper.toSite(
      stack.map((frame, at) => (at === index ? { ...frame, ...found } : frame)),
      'line',
    );
    return exact?.file === site.file && bareName(exact.function) === bareName(site.function) ? exact : undefined;
  }

  /** The only expression in a function that makes such an object, as a frame. */
  async #exact(functionStart: GeneratedFrame, className: string): Promise<GeneratedFrame | undefined> {
    const found = await this.#mapper.allocationIn(placeOf(functionStart), className);
    return found && { ...functionStart, line: found.line, column: found.column };
  }
}

function placeOf({ url, line, column }: GeneratedFrame): FunctionPlace {
  return { url, functionLine: line, functionColumn: column };
}

function closureName(className: string): string {
  return className === ANONYMOUS ? '' : className.replace(/^function /, '');
}

const isName = (text: string): boolean => /^[$_\p{L}][$\w\p{L}]*$/u.test(text);

const isSame = (
  a: Pick<SourceSite, 'file' | 'line' | 'column'>,
  b: Pick<SourceSite, 'file' | 'line' | 'column'>,
): boolean => a.file === b.file && a.line === b.line && a.column === b.column;
