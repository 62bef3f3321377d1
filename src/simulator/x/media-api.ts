import type { Route } from '../platform';
import { gated } from './gate';
import { invalid, notFound } from './problems';
import { newId, type Upload, type X, type XWorld } from './state';
import { mediumView } from './views';

const upload = { as: 'account', limit: 1_875 } as const;

export const mediaRoutes: Route<X>[] = [
  gated('POST', '/2/media/upload/initialize', upload, ({ json }, world) => {
    const { media_type: type, media_category: category, total_bytes: size } = json;
    const made: Upload = {
      ...{ id: newId(world), type: String(type), category: String(category), size: Number(size) },
      ...{ parts: new Map(), altText: null },
    };
    world.state.uploads.set(made.id, made);
    return {
      status: 200,
      json: { data: { id: made.id, media_key: keyOf(made), expires_after_secs: 86_400 } },
    };
  }),
  gated('POST', '/2/media/upload/:id/append', upload, ({ params, json }, world) => {
    const found = uploadOf(world, params.id!);
    found.parts.set(Number(json.segment_index), Buffer.from(String(json.media), 'base64'));
    return { status: 200, json: { data: { expires_at: 0 } } };
  }),
  gated('POST', '/2/media/upload/:id/finalize', upload, ({ params }, world) => {
    const found = uploadOf(world, params.id!);
    const parts = [...found.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    const bytes = Buffer.concat(parts);
    if (bytes.length !== found.size) invalid('Segments do not add up to provided total file size.');
    world.media.keep(found.id, bytes, found.type);
    world.state.media.set(found.id, {
      ...{ key: keyOf(found), fileId: found.id, altText: found.altText },
      type: found.type.startsWith('video/')
        ? 'video'
        : found.type === 'image/gif'
          ? 'animated_gif'
          : 'photo',
    });
    const isFilm = found.type.startsWith('video/');
    return {
      status: 200,
      json: {
        data: {
          ...{
            id: found.id,
            media_key: keyOf(found),
            size: bytes.length,
            expires_after_secs: 86_400,
          },
          ...(isFilm && { processing_info: { state: 'pending', check_after_secs: 0 } }),
        },
      },
    };
  }),
  gated('GET', '/2/media/upload', { as: 'account', limit: 1_000 }, ({ query }, world) => {
    const found = uploadOf(world, query.get('media_id') ?? '');
    const processing_info = { state: 'succeeded', progress_percent: 100 };
    return {
      status: 200,
      json: { data: { id: found.id, media_key: keyOf(found), processing_info } },
    };
  }),
  gated('POST', '/2/media/metadata', { as: 'account', limit: 500 }, ({ json }, world) => {
    const found = uploadOf(world, String(json.id));
    const { alt_text } = json.metadata as { alt_text?: { text: string } };
    found.altText = alt_text?.text ?? null;
    const medium = world.state.media.get(found.id);
    if (medium) medium.altText = found.altText;
    return { status: 200, json: { data: { id: found.id } } };
  }),
  gated('GET', '/2/media', { as: 'any', limit: 500 }, ({ query }, world) => {
    const keys = (query.get('media_keys') ?? '').split(',');
    const found = [...world.state.media.values()].filter(({ key }) => keys.includes(key));
    return { status: 200, json: { data: found.map((medium) => mediumView(world, medium)) } };
  }),
];

function uploadOf({ state }: XWorld, id: string): Upload {
  return state.uploads.get(id) ?? notFound('media', id);
}

function keyOf({ id, type }: Upload): string {
  return `${type.startsWith('video/') ? 7 : type === 'image/gif' ? 16 : 3}_${id}`;
}
