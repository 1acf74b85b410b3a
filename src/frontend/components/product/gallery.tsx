'use client';
// A product's pictures: a strip that scrolls from picture to picture, and small ones that jump. Plain anchors and
// scroll snapping carry it; the script only keeps the page still and marks which picture is seen.
import { type MouseEvent, useEffect, useRef, useState } from 'react';
import { Picture } from '@/components/ui/picture';
import type { Picture as PictureData } from '@/lib/api/catalog';

interface Props {
  pictures: PictureData[];
  /** The picture of the variant that the page was opened with: it comes first. */
  initial?: string | null;
  /** The picture of the variant that is chosen now. */
  shown?: string | null;
}

const SIZES = '(min-width: 96rem) 46rem, (min-width: 48rem) 50vw, 100vw';

function startingWith(pictures: PictureData[], id?: string | null): PictureData[] {
  return pictures.toSorted((a, b) => Number(b.id === id) - Number(a.id === id));
}

export function Gallery({ pictures, initial, shown }: Props) {
  const ordered = startingWith(pictures, initial);
  const strip = useRef<HTMLUListElement>(null);
  const [current, setCurrent] = useState(0);

  const show = (index: number) => {
    const left =
      strip.current?.children[index] instanceof HTMLElement ? strip.current.children[index].offsetLeft : 0;
    strip.current?.scrollTo({ left });
  };

  const mark = ({ scrollLeft, clientWidth }: HTMLElement) => setCurrent(Math.round(scrollLeft / clientWidth));

  // biome-ignore lint/correctness/useExhaustiveDependencies: anchors may have moved the strip before this script came.
  useEffect(() => {
    if (strip.current) mark(strip.current);
  }, []);

  const wanted = ordered.findIndex(({ id }) => id === shown);
  const moved = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a newly chosen variant moves the strip, not a render.
  useEffect(() => {
    if (wanted < 0 || wanted === moved.current) return;
    moved.current = wanted;
    show(wanted);
  }, [wanted]);

  const jump = (event: MouseEvent, index: number) => {
    event.preventDefault();
    show(index);
  };

  if (ordered.length === 0) return <div className="aspect-4/5 rounded-small bg-surface" />;
  return (
    <section
      aria-label="Pictures"
      className="self-start max-md:-mx-gutter lg:grid lg:items-start lg:grid-cols-[4.5rem_minmax(0,1fr)] lg:gap-4"
    >
      <ul
        ref={strip}
        // What scrolls must be reachable by keyboard (axe: scrollable-region-focusable).
        tabIndex={ordered.length > 1 ? 0 : undefined}
        aria-label="Pictures, scroll sideways"
        onScroll={({ currentTarget }) => mark(currentTarget)}
        className="scrollbar-none relative flex snap-x motion-safe:scroll-smooth snap-mandatory overflow-x-auto overscroll-x-contain bg-surface md:rounded-small lg:col-start-2"
      >
        {ordered.map((picture, index) => (
          <li
            key={picture.id}
            id={`picture-${index + 1}`}
            className="aspect-4/5 w-full flex-none snap-start overflow-hidden"
          >
            <Picture picture={picture} sizes={SIZES} priority={index === 0} className="h-full object-cover" />
          </li>
        ))}
      </ul>
      {ordered.length > 1 ? (
        <ul
          aria-label="All pictures"
          className="flex gap-2 max-lg:pt-3 max-md:px-gutter lg:col-start-1 lg:row-start-1 lg:flex-col lg:gap-3"
        >
          {ordered.map((picture, index) => (
            <li key={picture.id}>
              <a
                href={`#picture-${index + 1}`}
                aria-current={current === index ? 'true' : undefined}
                onClick={(event) => jump(event, index)}
                className="block aspect-4/5 w-14 overflow-hidden rounded-small bg-surface opacity-70 outline-offset-2 transition-opacity hover:opacity-100 aria-[current]:opacity-100 aria-[current]:ring-2 aria-[current]:ring-ink aria-[current]:ring-offset-2 aria-[current]:ring-offset-paper lg:w-full"
              >
                <Picture picture={picture} sizes="72px" alt="" />
                <span className="sr-only">
                  Picture {index + 1} of {ordered.length}: {picture.alt}
                </span>
              </a>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
