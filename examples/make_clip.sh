#!/bin/sh
# Makes a clip of 40 s in which things happen that the local service's analyser can measure. Needs ffmpeg only.
#
#   examples/make_clip.sh OUT.mp4
#
#  0- 4 s  an empty yard; nothing moves
#  4- 9 s  a red box enters from the left, crosses and leaves through the right edge
#  9-13 s  stillness
# 13-17 s  the lights go off; they go on again at 17 s
# 17-21 s  stillness
# 21-24 s  a blue box comes down from the top, fast, and leaves through the bottom edge
# 24-28 s  a yellow box enters from the right and stops in the middle
# 28-30 s  it goes back and leaves through the right edge
# 30 s     a cut to another place, in the evening; a white box trembles there until 35 s
# 35-40 s  stillness
set -eu

out=${1:?usage: make_clip.sh OUT.mp4}
command -v ffmpeg >/dev/null || {
  echo "make_clip.sh: ffmpeg was not found; install it (Debian: apt-get install ffmpeg)" >&2
  exit 1
}

size=640x360
rate=25

# Grain, so that it looks like a camera's picture and not like a drawing; the seed makes every run the same.
grain="noise=alls=6:allf=t:all_seed=7"

# The yard: sky, wall, ground, a door and two windows.
yard="color=c=0x8FB0C8:s=$size:r=$rate:d=30,\
drawbox=x=0:y=120:w=640:h=140:c=0xA09080:t=fill,\
drawbox=x=0:y=260:w=640:h=100:c=0x707868:t=fill,\
drawbox=x=280:y=160:w=70:h=100:c=0x504840:t=fill,\
drawbox=x=90:y=150:w=60:h=50:c=0x405060:t=fill,\
drawbox=x=480:y=150:w=60:h=50:c=0x405060:t=fill"

# The other place: a street in the evening.
street="color=c=0x283048:s=$size:r=$rate:d=10,\
drawbox=x=0:y=250:w=640:h=110:c=0x383838:t=fill,\
drawbox=x=40:y=60:w=120:h=190:c=0x684030:t=fill,\
drawbox=x=200:y=110:w=90:h=140:c=0x486048:t=fill,\
drawbox=x=430:y=40:w=150:h=210:c=0x584868:t=fill,\
drawbox=x=340:y=120:w=12:h=130:c=0xC8B878:t=fill"

ffmpeg -hide_banner -loglevel error -nostdin -y -filter_complex "
$yard[yard];
color=c=0xD02020:s=70x110:r=$rate:d=30[red];
color=c=0x2040D8:s=80x80:r=$rate:d=30[blue];
color=c=0xE8D020:s=90x60:r=$rate:d=30[yellow];
[yard][red]overlay=x='-71+(t-4)*150':y=190:eval=frame:enable='between(t,4,9)'[a];
[a][blue]overlay=x=470:y='-81+(t-21.5)*240':eval=frame:enable='between(t,21.5,23.5)'[b];
[b][yellow]overlay=x='if(lt(t,28),max(300,641-(t-24)*140),300+(t-28)*220)':y=250:eval=frame:enable='between(t,24,30)'[c];
[c]eq=eval=frame:brightness='if(between(t,13,17),-0.42,0)'
  :saturation='if(between(t,13,17),0.3,1)':contrast='if(between(t,13,17),0.35,1)'[day];
$street[street];
color=c=0xE8E8E8:s=50x80:r=$rate:d=10[white];
[street][white]overlay=x='380+25*sin(t*5)':y=200:eval=frame:enable='lt(t,5)'[evening];
[day][evening]concat=n=2:v=1:a=0,$grain,format=yuv420p[v]" \
  -map '[v]' -t 40 -c:v libx264 -preset veryfast -crf 23 -g 50 -threads 2 -movflags +faststart -f mp4 "$out"
