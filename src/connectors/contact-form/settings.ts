import type { ConnectedChannel } from '../kit/connector';
import type { Question } from '../kit/settings';
import { defaults } from './manifest';

/** The channel's settings, as the manifest describes them. */
export interface FormSettings {
  title: string;
  thanks: string;
  questions: readonly Question[];
  /** Origins that may use the form; empty for any. */
  origins: readonly string[];
  redirectUrl: URL | null;
  /** Null where a question has that name. */
  honeypot: string | null;
  mostFiles: number;
  largestFileBytes: number;
  mostPosts: number;
}

const MIB = 1024 * 1024;

/** Reads a channel's settings. */
export function formSettings({ settings }: ConnectedChannel): FormSettings {
  const text = (key: 'title' | 'thanks' | 'honeypot') => {
    const value = settings[key];
    return typeof value === 'string' && value !== '' ? value : defaults[key];
  };
  const number = (key: 'mostFiles' | 'largestFileMb' | 'mostPosts') => {
    const value = settings[key];
    return typeof value === 'number' ? value : defaults[key];
  };
  const { questions: asked, origins, redirectUrl } = settings;
  const questions = Array.isArray(asked) ? (asked as Question[]) : defaults.questions;
  const honeypot = text('honeypot');
  return {
    title: text('title'),
    thanks: text('thanks'),
    questions,
    origins: Array.isArray(origins) ? origins.flatMap((origin) => originOf(origin) ?? []) : [],
    redirectUrl: typeof redirectUrl === 'string' ? webUrl(redirectUrl) : null,
    honeypot: questions.some(({ key }) => key === honeypot) ? null : honeypot,
    mostFiles: number('mostFiles'),
    largestFileBytes: number('largestFileMb') * MIB,
    mostPosts: number('mostPosts'),
  };
}

/** A URL of the web, without credentials; null for anything else. */
export function webUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return null;
  return url.username === '' && url.password === '' ? url : null;
}

function originOf(text: unknown): string | null {
  return typeof text === 'string' ? (webUrl(text)?.origin ?? null) : null;
}
