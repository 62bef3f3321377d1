/** Messages that a platform has approved, to be filled in by whoever sends them. */

export type TemplateStatus = 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED' | 'OTHER';

/** What stands for a parameter. */
export type TemplateParameterKind = 'TEXT' | 'IMAGE' | 'VIDEO' | 'DOCUMENT' | 'URL' | 'CODE';

/** Something that a template leaves open. Every one has to be given. */
export interface TemplateParameter {
  /** Unique in its template, such as `body.1` or `header.name`. */
  key: string;
  /** URL: what is added to the address of a button. Of files the value is an address too. */
  kind: TemplateParameterKind;
  example?: string | null;
}

export interface ConnectorTemplate {
  /** The platform's id. */
  externalId: string;
  name: string;
  /** As the platform writes it, such as `en_US`. */
  language: string;
  /** In the platform's word. */
  category: string | null;
  status: TemplateStatus;
  statusReason: string | null;
  /** All of its text, with `{{key}}` where parameters stand. */
  body: string;
  parameters: readonly TemplateParameter[];
  /** As the platform has them. */
  components: readonly Readonly<Record<string, unknown>>[];
}

/** A template that is filled in: `content.fromTemplate` of a message on its way out. */
export interface FilledTemplate {
  name: string;
  language: string;
  parameters: readonly { key: string; kind: TemplateParameterKind; value: string }[];
}
