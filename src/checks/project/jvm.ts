import type { Discover, Folder } from './folder.ts';

/** pom.xml: through the project's own wrapper where it has one. */
export const discoverMaven: Discover = async (folder) => {
  if (!folder.has('pom.xml')) return undefined;
  const maven = `${wrapper(folder, 'mvnw') ?? 'mvn'} --batch-mode --no-transfer-progress`;
  return {
    kind: 'Maven',
    checks: [
      { name: 'build', command: `${maven} --quiet test-compile` },
      { name: 'test', command: `${maven} test` },
    ],
  };
};

/** build.gradle(.kts). Without the daemon: one that outlives its check would hold on to the worktree's files. */
export const discoverGradle: Discover = async (folder) => {
  const scripts = ['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'];
  if (!scripts.some(folder.has)) return undefined;
  const gradle = `${wrapper(folder, 'gradlew') ?? 'gradle'} --no-daemon --console=plain`;
  return {
    kind: 'Gradle',
    checks: [
      { name: 'build', command: `${gradle} assemble` },
      { name: 'test', command: `${gradle} test` },
    ],
  };
};

const wrapper = (folder: Folder, name: string): string | undefined =>
  folder.has(name) ? `./${name}` : undefined;
