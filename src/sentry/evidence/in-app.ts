import type { Frame } from '../event.ts';

/**
 * Whether a frame is the application's own code, for events that do not say (`in_app` missing: the server would have
 * decided by project rules that we do not have). Code in a known library or system place is not; a frame that
 * names nothing but a function is not either, save Sentry's own placeholder for stripped application code.
 */
export function guessInApp(frame: Omit<Frame, 'inApp' | 'context'>): boolean {
  if (frame.function === 'stripped_application_code') return true;
  const places = [frame.absolutePath, frame.file, frame.package].filter((place) => place !== undefined);
  if (places.some(isLibraryPath) || isSystemModule(frame.module)) return false;
  if (frame.package && SYSTEM_IMAGE.test(frame.package)) return false;
  return places.length > 0 || frame.module !== undefined;
}

/** True for a path inside a package manager's, a language's or the system's own folder. */
export const isLibraryPath = (path: string): boolean => LIBRARY_PATH.test(path.slice(0, 1024));

/** Where library code begins in a path split into segments: `node_modules`, `site-packages`; -1 where it does not. */
export const librarySegment = (segments: readonly string[]): number =>
  segments.findIndex((segment) => LIBRARY_FOLDER.test(segment));

const isSystemModule = (module: string | undefined): boolean =>
  module !== undefined && SYSTEM_MODULE.test(module);

const LIBRARY_FOLDER =
  /^(node_modules|bower_components|site-packages|dist-packages|vendor|third_party|Pods|Carthage|gems|\.cargo|rustc)$/;

const LIBRARY_PATH =
  /(^|[\\/])(node_modules|bower_components|site-packages|dist-packages|vendor|third_party|Pods|Carthage|gems|\.cargo|rustc)[\\/]|[\\/]go[\\/]pkg[\\/]mod[\\/]|(^|[\\/])usr[\\/](local[\\/])?(lib|include|share)[\\/]|^\/(System|lib|lib64|system|apex)\/|^[A-Z]:\\Windows\\|^(node:|internal\/|<|\[native code)/i;

const SYSTEM_MODULE =
  /^(java|javax|jdk|sun|kotlin|kotlinx|scala|android|androidx|dalvik|com\.android|com\.google\.android|com\.sun|libcore|org\.apache|org\.springframework|io\.netty|System|Microsoft|core|std|alloc|runtime)([.:/$]|$)/;

const SYSTEM_IMAGE =
  /(^|\/)(lib(system|c\+\+|objc|dispatch|swift|xpc)[\w+.-]*\.dylib|lib(c|m|pthread|stdc\+\+|gcc_s|art)\.so[\d.]*|(UIKit|AppKit|Foundation|CoreFoundation|CoreAutoLayout|CoreGraphics|CoreData|QuartzCore|GraphicsServices|CFNetwork|WebKit|WebCore|JavaScriptCore|SwiftUI|AttributeGraph|Metal|AVFoundation|Combine|Network|Security|HIToolbox|BaseBoard|FrontBoardServices|dyld)(Core|Services|Internal)?)$|\.framework\/|(^|\\)(ntdll|kernel32|kernelbase|user32|ucrtbase|msvcrt|combase)\.dll$/i;
