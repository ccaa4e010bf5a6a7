// Moves a job's champion back to an earlier one, or forward again to one that was rolled back by mistake. The artifact must
// still be the one that was champion.
import { MANIFEST_NAME } from "../core/artifact/manifest.ts";
import { type Champion, rolledBack } from "../core/champion/alias.ts";
import { DecantError } from "../core/errors/problem.ts";
import { runFolder } from "../core/store/path-rules.ts";
import { type ChampionServices, changeAlias, keepRecord } from "./promote.ts";

export interface RolledBack {
  readonly champion: Champion;
  readonly before: Champion;
}

export interface RollBackServices extends ChampionServices {
  readonly sha256: (bytes: Uint8Array | string) => string;
}

/** Throws InvalidInput where there is nothing to go back to. @param run left out: the last champion before this one */
export async function rollBack(services: RollBackServices, jobName: string, run?: string): Promise<RolledBack> {
  const { before } = await changeAlias(services, jobName, async (alias) => {
    const after = alias && rolledBack(alias, run);
    if (!alias || !after) throw nothingThere(jobName, alias?.champion.run, run);
    await checkArtifact(services, after.champion);
    return { after };
  });
  const left = before!.champion;
  const champion = rolledBack(before!, run)!.champion;
  const reason = `${left.run} was rolled back by a user`;
  await keepRecord(services, jobName, {
    ...{ at: new Date(services.now()).toISOString(), challenger: champion, champion: left },
    ...{ outcome: "rolled-back", reason, comparison: null },
  });
  return { champion, before: left };
}

function nothingThere(jobName: string, champion: string | undefined, run: string | undefined): DecantError {
  const wanted = run === undefined ? "an earlier champion" : `an earlier or withdrawn champion ${run}`;
  const found = champion === undefined ? "it never had one" : `there is only ${champion}`;
  const message = `Expected ${wanted} of job ${jobName}, but ${found}: check the name and --store.`;
  return new DecantError("InvalidInput", message);
}

async function checkArtifact({ store, sha256 }: RollBackServices, { run, artifact }: Champion): Promise<void> {
  const path = `${runFolder(run)}/artifact/${MANIFEST_NAME}`;
  const manifest = await store.get(path);
  if (manifest && sha256(manifest.bytes) === artifact) return;
  const found = manifest ? "another one is there" : "it is gone";
  const message = `Expected the artifact of ${run} that was champion (manifest ${artifact.slice(0, 12)}) in ${path}, but ${found}. Name another run with --to.`;
  throw new DecantError("InvalidInput", message);
}
