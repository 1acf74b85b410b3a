'use client';
// The search field of the header: a plain GET form that proposes products and categories while somebody types.
import { useEffect, useId, useRef, useState } from 'react';
import { SuggestionList } from '@/components/search/suggestion-list';
import { useCombobox } from '@/components/search/use-combobox';
import { useSuggestions } from '@/components/search/use-suggestions';
import { SearchIcon } from '@/components/ui/icons';

export function SearchBox() {
  const [typed, setTyped] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const suggestions = useSuggestions(typed);
  const count = suggestions.products.length + suggestions.categories.length;
  const choose = (index: number) => list.current?.querySelectorAll('a')[index]?.click();
  const combobox = useCombobox(count, choose);
  const optionId = (index: number) => `${id}-option-${index}`;

  // The header is the same bytes on every page; only the browser knows that this one answers a search.
  useEffect(() => {
    const { pathname, search } = window.location;
    // What was typed before this script arrived is not lost on it.
    setTyped(input.current?.value ?? '');
    if (input.current && pathname === '/search')
      input.current.value ||= new URLSearchParams(search).get('q') ?? '';
  }, []);

  return (
    <search className="relative block">
      <form action="/search" method="get" className="relative">
        <label htmlFor={`${id}-input`} className="sr-only">
          Search products
        </label>
        <SearchIcon className="pointer-events-none absolute top-1/2 left-3.5 size-4 -translate-y-1/2 text-muted" />
        <input
          ref={input}
          id={`${id}-input`}
          type="search"
          name="q"
          maxLength={100}
          required
          placeholder="What do you need?"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={combobox.isOpen}
          aria-controls={`${id}-list`}
          aria-activedescendant={combobox.active >= 0 ? optionId(combobox.active) : undefined}
          onChange={(event) => {
            setTyped(event.target.value);
            combobox.open();
          }}
          onKeyDown={combobox.onKeyDown}
          onBlur={combobox.close}
          className="field min-h-11 rounded-full! pr-20 pl-10 text-ellipsis [&::-webkit-search-cancel-button]:hidden"
        />
        <button
          type="submit"
          className="absolute inset-y-1 right-1 rounded-full px-4 text-small font-[560] hover:text-accent focus-visible:rounded-full focus-visible:outline-offset-0"
        >
          Search
        </button>
      </form>
      <SuggestionList
        ref={list}
        id={`${id}-list`}
        suggestions={suggestions}
        isOpen={combobox.isOpen}
        active={combobox.active}
        optionId={optionId}
      />
      <p role="status" className="sr-only">
        {combobox.isOpen ? `${count} ${count === 1 ? 'suggestion' : 'suggestions'}, use the arrow keys` : ''}
      </p>
    </search>
  );
}
