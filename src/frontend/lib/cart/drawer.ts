// Whether the cart's drawer is open, and what was put into the cart just before.
import { observable } from '@/lib/observable';

export const drawer = observable({ isOpen: false, added: '' });

export const openDrawer = (added = '') => drawer.set({ isOpen: true, added });

export const closeDrawer = () => drawer.set({ isOpen: false, added: '' });
