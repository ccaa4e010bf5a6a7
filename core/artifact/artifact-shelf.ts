// Where published artifacts are put: each whole or not at all, one a run.

export interface ArtifactSource {
  /** The file's name in the artifact. */
  readonly name: string;
  /** A local file. */
  readonly path: string;
  /** What its bytes must be; the copy is refused where they aren't. */
  readonly sha256: string;
}

export interface PublishedArtifact {
  /** For people: a folder on the laptop, a URL elsewhere. */
  readonly location: string;
  /** SHA-256 of manifest.json, which names every byte of the artifact. */
  readonly manifest_sha256: string;
  /** False where the same artifact was there already and nothing was done. */
  readonly changed: boolean;
}

export interface ArtifactShelf {
  /** Puts the files and their manifest under runs/<run>/artifact. Replaces an artifact that differs. */
  publish(run: string, sources: readonly ArtifactSource[]): Promise<PublishedArtifact>;
}
