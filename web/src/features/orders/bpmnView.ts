import TextRenderer from 'bpmn-js/lib/draw/TextRenderer';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import type { ProcessView } from '../../api/types';

export interface Element {
  id: string;
  name: string;
}

interface Canvas {
  zoom(scale: number | 'fit-viewport', center?: 'auto'): number;
  addMarker(id: string, marker: string): void;
  removeMarker(id: string, marker: string): void;
  resized(): void;
}

interface RegisteredElement {
  id: string;
  type: string;
  businessObject?: { name?: string; sourceRef?: { id: string }; targetRef?: { id: string } };
}

interface ElementRegistry {
  get(id: string): RegisteredElement | undefined;
  getAll(): RegisteredElement[];
}

interface ZoomScroll {
  toggle(enabled: boolean): void;
}

const markers = ['pps-scope', 'pps-passed', 'pps-active', 'pps-waiting', 'pps-incident'];

/**
 * Labels with room for their last letter. A label is measured, its box made as wide as the text, and the text wrapped if it is
 * not narrower than the box: where the browser draws glyphs in whole pixels, it often is not.
 */
class RoomyTextRenderer extends TextRenderer {
  static readonly $inject = ['config.textRenderer'];

  constructor(config: ConstructorParameters<typeof TextRenderer>[0]) {
    super(config);
    const tight = this.getExternalLabelBounds.bind(this);
    this.getExternalLabelBounds = (bounds, text) => {
      const { x, y, width, height } = tight(bounds, text);
      const room = 4 + width * 0.15;
      return { x: x - room / 2, y, width: width + room, height };
    };
  }
}

/** bpmn-js behind the few calls the page needs. Colours come from the page's style sheet, so that they follow its scheme. */
export class BpmnView {
  private readonly viewer: NavigatedViewer;
  private readonly resize: ResizeObserver;

  constructor(private readonly host: HTMLElement) {
    this.viewer = new NavigatedViewer({
      container: host,
      additionalModules: [{ textRenderer: ['type', RoomyTextRenderer] }],
      textRenderer: { defaultStyle: { fontFamily: "'Geist Variable', sans-serif" } },
      bpmnRenderer: {
        defaultFillColor: 'var(--pps-surface)',
        defaultStrokeColor: 'var(--pps-diagram-line)',
        defaultLabelColor: 'var(--mantine-color-text)',
      },
    } as ConstructorParameters<typeof NavigatedViewer>[0]);
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(host);
  }

  /** Draws a diagram; gives the elements that have names. */
  async open(xml: string): Promise<Element[]> {
    await this.viewer.importXML(xml);
    // The wheel scrolls the page; the diagram has buttons, and can be dragged.
    this.viewer.get<ZoomScroll>('zoomScroll').toggle(false);
    this.fit();
    return this.elements
      .getAll()
      .map(({ id, businessObject }) => ({ id, name: businessObject?.name ?? '' }))
      .filter(({ name }) => name !== '');
  }

  show(passed: readonly string[], tokens: ProcessView['tokens']): void {
    const { canvas } = this;
    const all = this.elements.getAll();
    for (const { id } of all) for (const marker of markers) canvas.removeMarker(id, marker);
    const reached = new Set([...passed, ...tokens.map(({ element_id }) => element_id)]);
    for (const { id, type, businessObject } of all) {
      const { sourceRef, targetRef } = businessObject ?? {};
      const flowTaken = sourceRef && targetRef && passed.includes(sourceRef.id) && reached.has(targetRef.id);
      if (passed.includes(id) || flowTaken) canvas.addMarker(id, 'pps-passed');
      if (type === 'bpmn:SubProcess') canvas.addMarker(id, 'pps-scope');
    }
    for (const { element_id, state } of tokens) {
      if (this.elements.get(element_id)) canvas.addMarker(element_id, `pps-${state}`);
    }
  }

  zoom(factor: number): void {
    const { canvas } = this;
    canvas.zoom(Math.min(4, Math.max(0.2, this.viewer.get<{ zoom(): number }>('canvas').zoom() * factor)), 'auto');
  }

  fit(): void {
    // No size: not laid out yet, or on its way out; there is nothing to fit into.
    if (this.host.clientWidth === 0 || this.host.clientHeight === 0) return;
    this.canvas.resized();
    if (this.elements.getAll().length > 1) this.canvas.zoom('fit-viewport', 'auto');
  }

  close(): void {
    this.resize.disconnect();
    this.viewer.destroy();
  }

  private get canvas(): Canvas {
    return this.viewer.get<Canvas>('canvas');
  }

  private get elements(): ElementRegistry {
    return this.viewer.get<ElementRegistry>('elementRegistry');
  }
}
