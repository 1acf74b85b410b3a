// How Next.js renders: everything about caching, compressing and headers belongs to the Rust edge in front of it.
import type { NextConfig } from 'next';

const config: NextConfig = {
  // The image has the server with what it imports, and no package manager.
  output: 'standalone',
  // Metadata is part of the document for everybody, so that a failed read is a 5xx and never a page with a hole in it.
  htmlLimitedBots: /.*/,
  // The edge compresses once and stores the result; it also makes its own entity tags.
  compress: false,
  generateEtags: false,
  // Pictures come in their sizes from /media; an optimizer would be a second way to ask this process for work.
  images: { unoptimized: true },
  // Preloads stand in the document, which the edge stores; a Link header would carry one request's nonce.
  reactMaxHeadersLength: 0,
  poweredByHeader: false,
  reactStrictMode: true,
  // One registry of metrics for all bundles of the server.
  serverExternalPackages: ['prom-client'],
  devIndicators: false,
  // No generated instruction files in the repository.
  agentRules: false,
};

export default config;
