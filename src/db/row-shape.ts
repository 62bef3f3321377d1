import { getMetadataArgsStorage } from 'typeorm';
import { raw, type Sql } from './sql';

interface ShapeColumn {
  property: string;
  column: string;
}

/** An object as it is read to be shown: moments are ISO 8601 text. */
export type Read<T> = {
  [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K];
};

/** How rows of one entity are selected and read back, so that a new column needs no second list. */
export class RowShape<T extends object> {
  readonly width: number;
  private readonly selections = new Map<string, Sql>();

  private constructor(private readonly columns: readonly ShapeColumn[]) {
    this.width = columns.length;
  }

  /** Every column of an entity. */
  static of<T extends object>(entity: new () => T): RowShape<T> {
    const columns = getMetadataArgsStorage().filterColumns(entity);
    return new RowShape<T>(
      columns.map(({ propertyName, options }) => ({
        property: propertyName,
        column: options.name ?? snakeCase(propertyName),
      })),
    );
  }

  /** Only these properties; names that are none of the entity's are passed over. */
  pick(properties: ReadonlySet<string>): RowShape<T> {
    return new RowShape<T>(this.columns.filter(({ property }) => properties.has(property)));
  }

  /** All but one property. */
  without(property: string): RowShape<T> {
    return new RowShape<T>(this.columns.filter((column) => column.property !== property));
  }

  /** `c.id, c.status, …`: the select list for a table alias. */
  select(alias: string): Sql {
    let selection = this.selections.get(alias);
    if (!selection) {
      selection = raw(this.columns.map(({ column }) => `${alias}.${column}`).join(', '));
      this.selections.set(alias, selection);
    }
    return selection;
  }

  /** Reads the object that begins at `offset` of a row, or null where an outer join found none. */
  read(row: readonly unknown[], offset = 0): Read<T> | null {
    // the first column of an entity is part of its key, which is never null
    if (row[offset] === null) return null;
    const object: Record<string, unknown> = {};
    for (let index = 0; index < this.width; index++) {
      object[this.columns[index]!.property] = row[offset + index];
    }
    return object as Read<T>;
  }
}

/** `lastMessageAt` in code is `last_message_at` in the database. */
export function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
