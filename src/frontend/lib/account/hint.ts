// A hint that somebody is signed in with this browser: scripts cannot read the cookie that says so, and a guest should
// cause no request that is refused. It may be wrong, so whatever matters asks the API.
import { forget, recall, remember } from '@/lib/storage';

const NAME = 'account';

export const isProbablySignedIn = (): boolean => recall('local', NAME) === true;

export const keepSignedIn = () => remember('local', NAME, true);

export const forgetSignedIn = () => forget('local', NAME);
