/** A name and where it comes from. */
export interface Named {
  value: string;
  place: string;
  /** `confirmed` by Sentry, `wrong` where Sentry has no such name, `unchecked` where it was not or could not be asked. */
  state: 'confirmed' | 'wrong' | 'unchecked';
  /** True where the tools find it by themselves, so that pitcrew.yml need not say it. */
  isFoundAnyway: boolean;
}
