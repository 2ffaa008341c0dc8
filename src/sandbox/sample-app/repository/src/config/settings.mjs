const DEFAULTS = {
  beaconPath: '/run/pitstop/timing-beacon.sock',
  publishAttempts: 3,
};

/** The worker's settings; a number that cannot be read keeps its default. */
export function readSettings(env) {
  return {
    beaconPath: env.PITSTOP_BEACON ?? DEFAULTS.beaconPath,
    publishAttempts: positiveInteger(env.PITSTOP_PUBLISH_ATTEMPTS) ?? DEFAULTS.publishAttempts,
  };
}

function positiveInteger(text) {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
