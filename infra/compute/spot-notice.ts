// Hands the two-minute notice of a spot machine on to the tasks, which save a checkpoint then. ECS tells services only, and a
// machine that shuts down leaves a container 15 seconds.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
import { MultipartBody, MultipartUserData, UserData } from "aws-cdk-lib/aws-ec2";

const STOP_TIMEOUT_S = 110;

/** Asks every five seconds; the first 200 is the notice. Tasks are the containers that the agent labelled as such. */
export const SPOT_NOTICE_SCRIPT = `metadata=http://169.254.169.254/latest
while sleep "\${NOTICE_INTERVAL_S:-5}"; do
  token=$(curl --silent --max-time 2 -X PUT "$metadata/api/token" -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')
  status=$(curl --silent --max-time 2 --output /dev/null --write-out '%{http_code}' \\
    -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/spot/instance-action")
  if [ "$status" = 200 ]; then
    docker ps --quiet --filter label=com.amazonaws.ecs.task-arn | xargs --no-run-if-empty docker kill --signal TERM
    break
  fi
done`;

/** Draining keeps a second attempt from being placed on the machine that is about to go. Batch wants several parts. */
export function spotNoticeUserData(): UserData {
  const commands = UserData.forLinux();
  commands.addCommands(
    "echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config",
    // From SIGTERM to SIGKILL: the notice's two minutes less what handing it on takes. A checkpoint is about 70 MB.
    `echo ECS_CONTAINER_STOP_TIMEOUT=${STOP_TIMEOUT_S}s >> /etc/ecs/ecs.config`,
    `cat > /usr/local/sbin/hand-on-spot-notice <<'SCRIPT'\n${SPOT_NOTICE_SCRIPT}\nSCRIPT`,
    "nohup bash /usr/local/sbin/hand-on-spot-notice >/dev/null 2>&1 &",
  );
  const parts = new MultipartUserData();
  parts.addPart(MultipartBody.fromUserData(commands));
  return parts;
}
