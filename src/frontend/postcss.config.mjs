// Tailwind is the only transformation of the stylesheet.
const config = { plugins: { '@tailwindcss/postcss': {} } };

export default config;
