/** A bucket of an S3-compatible service. */
export interface S3Config {
  /** The bucket's own URL: `https://s3.example.com/bucket`. */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Where the bytes of files are kept, and how large one may be. */
export interface FilesConfig {
  /** Absolute path of the folder, where there is no bucket. */
  dir: string;
  s3?: S3Config;
  largestBytes: number;
}

/** The variables that name a bucket, as far as they are set. */
export interface S3Variables {
  PARLEY_S3_ENDPOINT?: string;
  PARLEY_S3_REGION: string;
  PARLEY_S3_ACCESS_KEY_ID?: string;
  PARLEY_S3_SECRET_ACCESS_KEY?: string;
}

/**
 * The bucket that the variables name; undefined where they name none.
 * @throws Error whose message says which variable is missing.
 */
export function s3Of(variables: S3Variables): S3Config | undefined {
  const {
    PARLEY_S3_ENDPOINT: endpoint,
    PARLEY_S3_ACCESS_KEY_ID: accessKeyId,
    PARLEY_S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = variables;
  if (endpoint && accessKeyId && secretAccessKey) {
    return Object.freeze({
      ...{ endpoint, accessKeyId, secretAccessKey },
      region: variables.PARLEY_S3_REGION,
    });
  }
  if (!endpoint && !accessKeyId && !secretAccessKey) return undefined;
  throw new Error(
    'PARLEY_S3_ENDPOINT, PARLEY_S3_ACCESS_KEY_ID and PARLEY_S3_SECRET_ACCESS_KEY go together: set all three or none',
  );
}
