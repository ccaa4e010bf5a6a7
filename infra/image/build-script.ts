// What CodeBuild runs: build and push unless the tag stands already (tags never change), then tell CloudFormation how it
// went, with the build's own page as the place to read on.

/** Reads IMAGE, REPOSITORY, TAG, VARIANT, and WAIT_URL where a deployment is waiting. */
export const BUILD_SCRIPT = `status=FAILURE
registry=\${IMAGE%%/*}
build() {
  aws ecr describe-images --repository-name "$REPOSITORY" --image-ids imageTag="$TAG" >/dev/null 2>&1 && return 0
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry" || return 1
  docker build --file gpu-tasks/Dockerfile --build-arg VARIANT="$VARIANT" --tag "$IMAGE:$TAG" . || return 1
  docker images "$IMAGE:$TAG" --format 'image size: {{.Size}}'
  docker push "$IMAGE:$TAG"
}
if build; then status=SUCCESS; fi
if [ -n "$WAIT_URL" ]; then
  answer='{"Status":"'$status'","UniqueId":"build","Data":"'$TAG'","Reason":"see '$CODEBUILD_BUILD_URL'"}'
  curl --fail --silent --show-error --retry 5 -X PUT -H 'Content-Type:' --data-binary "$answer" "$WAIT_URL"
fi
[ "$status" = SUCCESS ]`;
