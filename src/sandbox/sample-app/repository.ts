import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';

/** The folder of the sample app and everything that ships with it. */
export const sampleAppFolder = (): string => join(packageRoot(), 'src', 'sandbox', 'sample-app');

/** The sample app's own source, from which every repository of the demo starts. */
export const sampleRepositoryFolder = (): string => join(sampleAppFolder(), 'repository');

/** Copies the sample app into `target`, which is made where it is missing. It is not a git repository yet. */
export async function copySampleRepository(target: string): Promise<void> {
  await cp(sampleRepositoryFolder(), target, { recursive: true });
}
