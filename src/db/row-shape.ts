import { getMetadataArgsStorage } from 'typeorm';
import { raw, type Sql } from './sql';

/** How rows of one entity are selected and read back, so that a new column needs no second list. */
export class RowShape<T extends object> {
  readonly width: number;
  private readonly properties: string[];
  private readonly columns: string[];
  private readonly selections = new Map<string, Sql>();

  constructor(entity: new () => T) {
    const columns = getMetadataArgsStorage().filterColumns(entity);
    this.properties = columns.map((column) => column.propertyName);
    this.columns = columns.map((column) => column.options.name ?? snakeCase(column.propertyName));
    this.width = columns.length;
  }

  /** `c.workspace_id, c.id, …`: the select list for a table alias. */
  select(alias: string): Sql {
    let selection = this.selections.get(alias);
    if (!selection) {
      selection = raw(this.columns.map((column) => `${alias}.${column}`).join(', '));
      this.selections.set(alias, selection);
    }
    return selection;
  }

  /** Reads the object that begins at `offset` of a row, or null where an outer join found none. */
  read(row: readonly unknown[], offset = 0): T | null {
    if (row[offset] === null) return null;
    const object: Record<string, unknown> = {};
    for (let index = 0; index < this.width; index++) {
      object[this.properties[index]!] = row[offset + index];
    }
    return object as T;
  }

  /** The column of a property. */
  column(property: keyof T & string): string {
    return this.columns[this.properties.indexOf(property)]!;
  }
}

/** `lastMessageAt` in code is `last_message_at` in the database. */
export function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
